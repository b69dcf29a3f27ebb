from . import jsonld as jsonld
