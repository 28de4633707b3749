"""/produits: the products of a company (Guide RIS, étape 1, prérequis 4).

catalogue    the products of this person
creation     a new product in two steps; fields: its questions
product      one product, who works on it and answers for it
editing      what is said of it and of its versions, changed; a further version
frame        what these pages share
"""

from jalon.web.vendor.products import catalogue, creation, editing, product

urls = [*catalogue.urls, *creation.urls, *product.urls, *editing.urls]
