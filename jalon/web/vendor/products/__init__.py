"""/produits: the products of a company (Guide RIS, étape 1, prérequis 4).

catalogue    the products of this person
creation     a new product in two steps; fields: its questions
product      one product, who works on it and answers for it
frame        what these pages share
"""

from jalon.web.vendor.products import catalogue, creation, product

urls = [*catalogue.urls, *creation.urls, *product.urls]
