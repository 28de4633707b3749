"""A company's products, their versions, and who works on them."""

from django.db import models
from django.db.models import Q

from jalon.accounts.models import Company, User
from jalon.accounts.standing import Standing


class ProductQuerySet(models.QuerySet["Product"]):
    def visible_to(self, standing: Standing) -> "ProductQuerySet":
        """The company's leaders see all its products; a salarié those to which he or she is attached."""
        if standing.company_id is None:
            return self.none()
        of_company = self.filter(company_id=standing.company_id)
        if standing.leads_company:
            return of_company
        return of_company.filter(
            pk__in=ProductAccess.objects.filter(user_id=standing.user_id or 0, until=None).values(
                "product_id"
            )
        )


class Product(models.Model):
    """Guide RIS, étape 1, prérequis 4. `reference` is the durable public number of the product."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="products")
    reference = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=200)
    name_norm = models.CharField(max_length=200, db_index=True)
    description = models.TextField()
    certifications = models.TextField(default="[]")  # TXT: list of strings
    interests = models.TextField(default="[]")  # TXT: list of option keys of the portal
    responsible = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    # Who last wrote its sheet, for whoever was writing at the same time (situation 1).
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField(null=True)

    objects = ProductQuerySet.as_manager()


class Version(models.Model):
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="versions")
    label = models.CharField(max_length=60)
    nil = models.CharField(max_length=40, blank=True, default="")
    created_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "label"], name="version_one_per_label")]


class ProductAccess(models.Model):
    """ "Collaborateurs ayant accès au produit": attached by a mandataire or responsable."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="accesses")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="product_accesses")
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product", "user"], condition=Q(until=None), name="product_access_one_current"
            ),
        ]


class PlatformAccess(models.Model):
    """How a company is known at an outside platform: its keyword there, and the key that reads its reports.

    The key is kept sealed (`core.sealing`): nothing shows it, and the journal knows only that it was replaced.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    platform = models.CharField(max_length=20)
    organisation = models.CharField(max_length=80)
    sealed_key = models.TextField(blank=True, default="")
    key_set_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    key_set_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "platform"], name="platform_access_once"),
            models.CheckConstraint(
                condition=Q(sealed_key="", key_set_by=None, key_set_at=None)
                | (~Q(sealed_key="") & Q(key_set_by__isnull=False, key_set_at__isnull=False)),
                name="platform_access_key_is_somebodys",
            ),
        ]
