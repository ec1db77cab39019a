"""Columns of trade tables: recognised by the names people use, and read into a `Shipment`.

Headers are compared without case, accents, width, spaces and punctuation. What is recognised is
data (`SPELLINGS`); a tariff's wording (``HS_CODE_DESCRIPTION``) says nothing about the goods and is
therefore in none of its rows. Cells are read generously for spelling and never for meaning: a date
that could be two days, or a cell that could be two places, is said in a finding and not guessed.
"""

from __future__ import annotations

import datetime as dt
import html
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from screening.decision import Finding, FindingCode, Severity
from screening.errors import ShipmentError
from screening.places import place_code
from screening.rules.quantities import read_amount
from screening.shipment import Shipment

FIELDS = (
    "structure",
    "inchi",
    "cas",
    "name",
    "formula",
    "molar_mass",
    "item",
    "hs_code",
    "un_number",
    "quantity",
    "unit",
    "gross_weight",
    "purity",
    "origin",
    "transit",
    "destination",
    "broker",
    "transport",
    "day",
    "ordered",
    "exporter",
    "exporter_address",
    "consignee",
    "consignee_address",
    "customer",
    "end_use",
    "id",
)
"""What a column can be read as."""

IDENTIFYING = frozenset({"structure", "inchi", "cas", "name", "item", "hs_code"})
"""Without one of these a table says nothing about the goods."""

MAX_TEXT = 10_000
"""Characters that are read of a cell, structures apart: they have limits of their own."""

_JOINED = frozenset({"cas", "name", "end_use", "transport"})
_PLACES = frozenset({"origin", "transit", "destination", "broker"})
_NAMIBIA = "NA"

# Field, then groups of spellings, the preferred group first. Quantities and units carry a second
# word that pairs a number with its own unit column.
SPELLINGS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("structure", ""): (
        """
        SMILES; Isomeric SMILES; SMILES code; SMILES string; SMILES notation;
        Structure SMILES; Structure; Chemical structure; Molecular structure; Struktur;
        Strukturformel; Estructura; Estructura química; Structure chimique;
        Formule structurale; 结构; 结构式; 化学结构; 分子结构; 結構; 結構式
        """,
        """
        Canonical SMILES; Molfile; MOL block; MOL; Molecule; Mol file; Molecule SMILES;
        ROMol
        """,
    ),
    ("inchi", ""): (
        "InChI; Standard InChI; StdInChI; InChI string; InChI code",
        "InChIKey; InChI key; Standard InChIKey; Standard InChI key; StdInChIKey; InChI-Key",
    ),
    ("cas", ""): (
        """
        CAS; CAS No; CAS number; CAS num; CAS nr; CAS #; CASRN; CAS RN; CAS registry number;
        CAS registry no; CAS code; CAS ID; Chemical abstracts number; CAS-Nummer; CAS Nr;
        CAS-Registriernummer; Número CAS; N.º CAS; No CAS; Núm CAS; N CAS; Nro CAS;
        Registro CAS; Numéro CAS; N° CAS; Num CAS; CAS号; CAS号码; CAS编号; CAS登记号;
        CAS登录号; CAS號; CAS編號; 化学文摘号; 化学文摘登记号
        """,
    ),
    ("name", ""): (
        """
        Name; Product; Product name; Product description; Product desc; Product details;
        Products; Goods; Goods name; Goods description; Goods desc; Goods descriptions;
        Description of goods; Description of the goods; Name of goods; Description; Desc;
        Descr; Full description; Detailed description; Short description; Goods and services;
        Commodity; Commodity name; Commodity description; Commodity desc;
        Description of commodity; Item; Item name; Item description; Item desc; Article;
        Article name; Article description; Material; Material name; Material description;
        Cargo; Cargo description; Merchandise; Contents; Description of contents; Substance;
        Substance name; Chemical; Chemical name; Chem name; Compound; Compound name; IUPAC;
        IUPAC name; Systematic name; Common name; Trade name; Synonym; Synonyms; INN;
        Active ingredient; Active substance; API; API name; Bezeichnung; Warenbezeichnung;
        Warenbeschreibung; Artikelbezeichnung; Artikel; Ware; Produkt; Produktname;
        Produktbezeichnung; Produktbeschreibung; Stoff; Stoffname; Stoffbezeichnung;
        Substanz; Chemikalie; Beschreibung; Handelsname; Chemischer Name; Wirkstoff; Nombre;
        Nombre del producto; Nombre producto; Nombre de la sustancia; Nombre químico;
        Nombre comercial; Producto; Descripción; Descripción del producto;
        Descripción producto; Descripción de la mercancía; Descripción de las mercancías;
        Descripción mercancía; Descripción comercial; Descripción de los bienes; Mercancía;
        Mercadería; Sustancia; Denominación; Denominación comercial; Artículo; Detalle;
        Principio activo; Nom; Nom du produit; Nom produit; Nom chimique;
        Nom de la substance; Nom commercial; Produit; Désignation;
        Désignation des marchandises; Désignation de la marchandise; Désignation commerciale;
        Description des marchandises; Description de la marchandise; Description du produit;
        Marchandise; Marchandises; Dénomination; Libellé; Substance active; Principe actif;
        品名; 名称; 商品; 商品名; 商品名称; 商品描述; 货物; 货名; 货物名称; 货物描述;
        货物品名; 产品; 产品名称; 产品名; 产品描述; 物品名称; 物料名称; 物料描述; 化学名;
        化学名称; 化学品名称; 化学品; 物质名称; 中文名; 中文名称; 中文品名; 英文名; 英文名称;
        英文品名; 别名; 同义词; 通用名; 申报品名; 描述; 规格型号; 规格; 型号;
        商品名称规格型号; 商品名称及规格型号; 名稱; 商品名稱; 貨物名稱; 貨名; 產品名稱;
        中文名稱; 英文名稱; 規格型號
        """,
    ),
    ("formula", ""): (
        """
        Formula; Molecular formula; Chemical formula; Mol formula; MF; Empirical formula;
        Sum formula; Hill formula; Summenformel; Molekülformel; Fórmula; Fórmula molecular;
        Fórmula química; Formule moléculaire; Formule brute; Formule chimique; 分子式; 化学式
        """,
    ),
    ("molar_mass", ""): (
        """
        Molar mass; Molecular weight; Molecular mass; Mol weight; Mol wt; Mol. wt.; MW; M.W.; FW;
        Formula weight; Molmasse; Molare Masse; Molekulargewicht; Molgewicht; Masa molar;
        Peso molecular; Masse molaire; Masse moléculaire; 分子量; 摩尔质量
        """,
    ),
    ("item", ""): (
        """
        Item code; Product code; Product no; Product number; Article code; Article no;
        Article number; Material code; Material no; Material number; SKU; SKU code; Part no;
        Part number; Catalog no; Catalog number; Catalogue no; Catalogue number; Cat no;
        Stock code; Artikelnummer; Artikel-Nr; Materialnummer; Produktnummer; Código de producto;
        Código de artículo; Código del producto; Code article; Code produit; 货号; 产品编号;
        产品编码; 产品代码; 物料编码; 物料编号; 物料代码; 物料号; 料号; 目录号
        """,
    ),
    ("un_number", ""): (
        """
        UN; UN no; UN number; UN nr; UN #; UN code; UN ID; UNNO; UN/NA; UN/NA number;
        Hazmat UN number; Dangerous goods number; UN-Nummer; Número ONU; N.º ONU; Nº ONU;
        Numéro ONU; N° ONU; UN编号; UN号; 联合国编号; 危险品编号; 危规号
        """,
    ),
    ("hs_code", ""): (
        """
        HS; HS code; HS codes; HSN; HSN code; HTS; HTS code; HTS number; HTSUS; HS number;
        HS no; HSCode; H.S. code; Harmonized code; Harmonised code; Harmonized system code;
        Tariff code; Tariff number; Tariff no; Tariff; Tariff heading; Customs code;
        Customs tariff; Customs tariff number; Commodity code; Schedule B; Schedule B number;
        CN code; TARIC; TARIC code; RITC code; CTH; NCM; Warennummer; Warentarifnummer;
        Zolltarifnummer; Zolltarif; Zollcode; Statistische Warennummer; KN-Code;
        Partida arancelaria; Fracción arancelaria; Fracción; Posición arancelaria;
        Subpartida; Subpartida arancelaria; Código arancelario; Código SA; Código HS;
        Arancel; Code SH; Code HS; Code douanier; Code NC; Position tarifaire; Nomenclature;
        Nomenclature douanière; Numéro tarifaire; Code tarifaire; 海关编码; 商品编码;
        商品编号; HS编码; HS编号; HS码; 税号; 税则号; 税则号列; 税则编码; 海关税号; 海關編碼;
        商品編碼; 稅號; 稅則號列
        """,
    ),
    ("quantity", ""): (
        """
        Qty; Quantity; Quant; Quantities; Shipped quantity; Shipped qty; Order quantity;
        Order qty; Invoice quantity; Invoice qty; Total quantity; Total qty; Menge;
        Mengenangabe; Anzahl; Cantidad; Cant; Cantidad comercial; Quantité; Qté; 数量;
        成交数量; 申报数量; 出口数量; 數量
        """,
    ),
    ("quantity", "standard"): (
        """
        Std quantity; Std qty; Standard quantity; Standard qty; Statistical quantity;
        Stat qty; Legal quantity; Besondere Maßeinheit Menge; Cantidad estadística;
        Quantité statistique; 法定数量; 第一法定数量; 法定數量
        """,
    ),
    ("quantity", "net"): (
        """
        Net weight; Net wt; Net mass; Net quantity; Net; Nett weight; Weight net;
        Nettogewicht; Eigenmasse; Nettomasse; Netto; Peso neto; Masa neta; Poids net;
        Masse nette; 净重; 净重量; 淨重
        """,
        "Mass; Weight; Volume; Gewicht; Masse; Peso; Volumen; Poids; 重量",
    ),
    ("gross_weight", ""): (
        """
        Gross weight; Gross wt; Gross mass; Gross; Total gross weight; G.W.; GW; Bruttogewicht;
        Rohmasse; Bruttomasse; Brutto; Peso bruto; Masa bruta; Poids brut; Masse brute; 毛重; 毛重量
        """,
    ),
    ("unit", ""): (
        """
        Unit; Units; UOM; UQC; Unit of measure; Unit of measurement; Unit of quantity;
        Quantity unit; Qty unit; Quantity units; Qty UOM; Quantity UOM; Measure unit;
        Measurement unit; Einheit; Mengeneinheit; Maßeinheit; ME; Unidad; Unidades;
        Unidad de medida; Unidad medida; Unidad comercial; Unité; Unités; Unité de mesure;
        Unité de quantité; 单位; 数量单位; 计量单位; 成交单位; 申报单位; 單位; 計量單位
        """,
    ),
    ("unit", "standard"): (
        """
        Std unit; Standard unit; Std quantity unit; Std qty unit; Standard quantity unit;
        Std UOM; Statistical unit; Unidad estadística; Unité statistique; 法定单位;
        法定计量单位; 第一法定单位; 法定單位
        """,
    ),
    ("unit", "net"): (
        """
        Net weight unit; Net wt unit; Weight unit; Unit of weight; Gewichtseinheit;
        Unidad de peso; Unité de poids; 重量单位; 净重单位
        """,
    ),
    ("purity", ""): (
        """
        Purity; Purity %; Purity pct; Purity percent; Assay; Concentration; Conc; Strength;
        Grade purity; Content %; Reinheit; Gehalt; Konzentration; Pureza; Concentración;
        Riqueza; Pureté; Teneur; Titre; 纯度; 含量; 浓度; 純度; 濃度
        """,
    ),
    ("origin", ""): (
        """
        Export country; Exporting country; Country of export; Country of exportation;
        Exported from; Country of dispatch; Dispatch country; Dispatching country;
        Country of consignment; Ship from; Ship from country; Shipped from; From;
        From country; Country from; Exporter country; Country of exporter; Shipper country;
        Supplier country; Country of shipment; Sender country; Ausfuhrland; Exportland;
        Versendungsland; Versandland; Absendeland; Abgangsland; Von; País de exportación;
        País exportador; País de procedencia; Procedencia; País de embarque; Desde;
        País de salida; Pays d'exportation; Pays exportateur; Pays de provenance; Provenance;
        Pays d'expédition; Pays de départ; De; 出口国; 出口国家; 出口地; 出口国地区; 启运国;
        启运国地区; 起运国; 起运国地区; 启运地; 起运地; 发货国; 发货地; 出口國
        """,
        """
        Origin; Origin country; Country of origin; Country origin; Country of_origin; COO;
        Orig; Place of origin; Made in; Ursprung; Ursprungsland; Herkunft; Herkunftsland;
        Origen; País de origen; País origen; Origine; Pays d'origine; Pays origine; 原产地;
        原产国; 原产国地区; 原产地区; 产地; 产国; 原產地; 原產國
        """,
    ),
    ("transit", ""): (
        """
        Transit; Transit country; Transit countries; Transit via; Country of transit;
        Countries of transit; Via; Via country; Routing; Route; Transshipment;
        Trans-shipment; Transhipment; Transshipment country; Place of transit; Transitland;
        Transitländer; Durchfuhr; Durchfuhrland; Durchfuhrländer; Über; Tránsito;
        País de tránsito; Países de tránsito; Vía; Transbordo; Pays de transit;
        Transbordement; 中转; 中转国; 中转地; 中转国地区; 过境国; 途经国; 途经; 途经地; 经由;
        经停; 经停地; 转运国; 转运地; 轉運地; 中轉國
        """,
    ),
    ("broker", ""): (
        """
        Broker country; Brokers country; Country of broker; Country of the broker;
        Brokered from; Trader country; Intermediary country; Country of intermediary;
        Land des Vermittlers; País del intermediario; Pays du courtier; 经纪人所在国; 中间商所在国
        """,
    ),
    ("destination", ""): (
        """
        Destination; Dest; Destination country; Dest country; Country of destination;
        Country destination; Final destination; Final destination country;
        Country of final destination; Ultimate destination; Country of ultimate destination;
        End destination; To; To country; Country to; Ship to; Ship to country; Shipped to;
        Bestimmungsland; Bestimmung; Zielland; Ziel; Nach; Endbestimmungsland; Destino;
        País de destino; País destino; País de destino final; Destino final; Hacia;
        Destination finale; Pays de destination; Pays destination;
        Pays de destination finale; Vers; 目的国; 目的地; 目的国家; 目的国地区; 最终目的国;
        最终目的国地区; 最终目的地; 目的國; 最終目的國
        """,
        """
        Import country; Importing country; Country of import; Country of importation;
        Importer country; Consignee country; Buyer country; Customer country;
        Country of importer; Country of consignee; Receiver country; Einfuhrland; Importland;
        Empfangsland; Empfängerland; País de importación; País importador;
        País del importador; Pays d'importation; Pays importateur; 进口国; 进口国家;
        进口国地区; 运抵国; 运抵国地区; 抵运国; 收货国; 進口國
        """,
    ),
    ("transport", ""): (
        """
        Transport; Transport mode; Mode of transport; Mode of transportation; Means of transport;
        Shipping mode; Mode of shipment; Shipment mode; Conveyance; Carrier; Vessel; Vessel name;
        Vessel voyage; Flight; Flight no; Verkehrszweig; Transportmittel; Beförderungsmittel;
        Transportart; Medio de transporte; Modo de transporte; Mode de transport;
        Moyen de transport; Navire; 运输方式; 运输工具; 承运人; 船名; 船名航次; 航班号
        """,
    ),
    ("ordered", ""): (
        """
        Order date; Ordered; Ordered on; Date of order; Order day; PO date; Purchase order date;
        Sales order date; Contract date; Date of contract; Bestelldatum; Auftragsdatum;
        Vertragsdatum; Fecha de pedido; Fecha pedido; Fecha de contrato; Date de commande;
        Date du contrat; 订单日期; 下单日期; 合同日期; 签约日期; 訂單日期
        """,
    ),
    ("day", ""): (
        """
        Ship date; Shipping date; Date of shipment; Shipment date; Shipped on; Shipped date;
        Date shipped; Ship day; Shipping day; Day; Planned ship date; Dispatch date;
        Date of dispatch; Departure date; Date of departure; ETD; Sailing date;
        On board date; Shipped on board date; BL date; B/L date; Bill of lading date;
        AWB date; Versanddatum; Versandtag; Lieferdatum; Abgangsdatum; Verschiffung;
        Fecha de embarque; Fecha embarque; Fecha de envío; Fecha envío; Fecha de salida;
        Fecha de despacho; Date d'expédition; Date d'envoi; Date d'embarquement;
        Date de départ; 发货日期; 装运日期; 装船日期; 起运日期; 启运日期; 离港日期; 出运日期;
        船期; 發貨日期; 裝運日期
        """,
        """
        Export date; Date of export; Date of exportation; Shipping bill date; SB date;
        Declaration date; Customs date; Clearance date; Date; Ausfuhrdatum; Exportdatum;
        Datum; Tag; Fecha de exportación; Fecha exportación; Fecha de declaración; Fecha;
        Date d'exportation; Date de déclaration; 出口日期; 申报日期; 报关日期; 日期; 出口日;
        申報日期
        """,
    ),
    ("exporter", ""): (
        """
        Exporter; Exporter name; Supplier; Supplier name; Shipper; Shipper name; Consignor;
        Consignor name; Seller; Seller name; Sender; Sender name; Vendor; Vendor name;
        Ausführer; Ausfuehrer; Exporteur; Versender; Absender; Lieferant; Verkäufer;
        Verkaeufer; Exportador; Nombre del exportador; Remitente; Proveedor; Vendedor;
        Embarcador; Exportateur; Nom de l'exportateur; Expéditeur; Fournisseur; Vendeur;
        出口商; 出口企业; 发货人; 境内发货人; 发货单位; 经营单位; 供应商; 卖方; 托运人;
        出口方; 發貨人; 出口商名称
        """,
    ),
    ("exporter_address", ""): (
        """
        Exporter address; Address of exporter; Supplier address; Shipper address;
        Consignor address; Seller address; Sender address; Vendor address; Ausführeradresse;
        Adresse des Ausführers; Lieferantenadresse; Absenderadresse; Dirección del exportador;
        Domicilio del exportador; Adresse de l'exportateur; Adresse de l'expéditeur; 出口商地址;
        发货人地址; 出口企业地址
        """,
    ),
    ("consignee_address", ""): (
        """
        Consignee address; Address of consignee; Importer address; Buyer address;
        Customer address; Receiver address; Recipient address; Ship to address;
        Delivery address; Place of delivery address; Empfängeradresse; Adresse des Empfängers;
        Lieferadresse; Kundenadresse; Dirección del importador; Dirección del consignatario;
        Domicilio del importador; Adresse de l'importateur; Adresse du destinataire;
        Adresse de livraison; 收货人地址; 进口商地址; 收货地址
        """,
    ),
    ("customer", ""): (
        """
        Customer status; Customer type; Type of customer; Kind of customer; Regular customer;
        New or regular customer; Customer relationship; Kundenstatus; Kundenart;
        Tipo de cliente; Type de client; Statut du client; 客户类型; 客户类别; 客户状态
        """,
    ),
    ("consignee", ""): (
        """
        Consignee; Consignee name; Importer; Importer name; Buyer; Buyer name; Customer;
        Customer name; Receiver; Receiver name; Recipient; Recipient name; End user;
        Purchaser; Sold to; Ship to name; Empfänger; Empfaenger; Importeur; Einführer;
        Einfuehrer; Käufer; Kaeufer; Kunde; Abnehmer; Endverwender; Consignatario;
        Destinatario; Importador; Nombre del importador; Comprador; Cliente; Usuario final;
        Destinataire; Importateur; Nom de l'importateur; Acheteur; Client; Réceptionnaire;
        Utilisateur final; 收货人; 境外收货人; 收货单位; 进口商; 进口方; 采购商; 买方; 客户;
        客户名称; 最终用户; 收貨人; 進口商
        """,
    ),
    ("end_use", ""): (
        """
        End use; Enduse; Intended use; Use; Usage; Purpose; Purpose of import; Application;
        Stated use; Stated purpose; Endverwendung; Verwendung; Verwendungszweck;
        Endverwendungszweck; Zweck; Uso final; Uso; Uso previsto; Finalidad;
        Utilisation finale; Utilisation; Usage final; Usage prévu; Emploi; Finalité; 用途;
        最终用途; 使用目的; 最終用途
        """,
    ),
    ("id", ""): (
        """
        ID; Ref; Reference; Reference no; Reference number; Ref no; Our ref; Shipment ID;
        Shipment no; Shipment number; Shipment ref; Line ID; Row ID; Record ID; Consignment;
        Consignment no; Consignment ID; Referenz; Referenznummer; Sendungsnummer; Sendung;
        Referencia; N.º de referencia; Número de referencia; Référence; Numéro de référence;
        N° de référence; 参考号; 编号; 货运编号; 單號
        """,
        """
        Order no; Order number; Order ID; Invoice no; Invoice number; Declaration no;
        Declaration number; Shipping bill no; SB no; Bill of lading; BL no; B/L no; AWB;
        AWB no; Auftragsnummer; Rechnungsnummer; Número de pedido; Factura; N° de commande;
        Numéro de commande; 订单号; 报关单号; 发票号; 提单号; 合同号
        """,
        """
        No; Nr; Num; Line; Line no; Line number; Row; S No; Sr No; Serial no; Item no; Pos;
        Position; Línea; Ligne; Zeile; 序号; 行号; 项号
        """,
    ),
}

EMPTY_WORDS = frozenset(
    {
        *("null", "(null)", "<null>", "none", "nil", "nan", "n/a", "#n/a", "n.a.", "n.a", "na"),
        *("n/d", "n.d.", "s/d", "k.a.", "(blank)", "undefined", "keine", "kein", "ninguno"),
        *("ninguna", "aucun", "aucune", "无", "無", "空", "暂无", "无资料", "-", "--", "---", "–"),
        *("—", "_", ".", "..", "...", "/", "//", "\\", "?", "??", "*"),
    }
)
"""Cells that say that nothing is there, compared without case."""

_MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "jan january januar jaenner janner enero ene janvier janv",
            "feb february februar febrero fevrier fevr fev",
            "mar march marz maerz mrz marzo mars",
            "apr april abril abr avril avr",
            "may mai mayo",
            "jun june juni junio juin",
            "jul july juli julio juillet juil",
            "aug august agosto ago aout",
            "sep sept september septiembre setiembre septembre",
            "oct october okt oktober octubre octobre",
            "nov november noviembre novembre",
            "dec december dez dezember diciembre dic decembre",
        ),
        start=1,
    )
    for word in words.split()
}

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_BRACKETS = re.compile(r"[(\[{（【][^()\[\]{}（）【】]*[)\]}）】]")
_HEADER_UNIT = re.compile(
    r"[\s(\[_/,-]\s*(?:in\s+)?"
    r"(kgs?|kgm|g|gms?|grams?|mg|mt|t|tons?|tonnes?|lbs?|l|ltrs?|litres?|liters?|ml|kilos?|"
    r"千克|公斤|克|毫克|吨|升|毫升|%)\s*[)\]]?\s*$",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"[T\s]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s*[ap]\.?m\.?)?\s*(?:Z|[+-]\d{2}:?\d{2})?$",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/])(\d{1,2})\2(\d{4})")
_DAY_WORD = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er)?[\s.,/-]*([a-z]+)[\s.,/-]*(\d{4})")
_WORD_DAY = re.compile(r"([a-z]+)[\s.-]*(\d{1,2})(?:st|nd|rd|th)?[\s.,-]+(\d{4})")
_YEAR_WORD = re.compile(r"(\d{4})[\s.,/-]*([a-z]+)[\s.,/-]*(\d{1,2})")
_CHINESE_DAY = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号號]?")
_YEARS = range(1950, 2101)

_PLACE_BREAK = re.compile(r"[;+|、；→>\n]+")
_PLACE_BREAK_WEAK = re.compile(r"[/,，]+")
_CODES = re.compile(r"[A-Z]{2,3}(?:\s+[A-Z]{2,3})+")
_ROUTE_WORDS = re.compile(r"^\W*(?:via|through|über|durch|vía|経由|经由|经)\b[\s:]*", re.IGNORECASE)


def normalise_header(text: str) -> str:
    """A header without case, accents, width, spaces and punctuation.

    >>> [normalise_header(h) for h in ("COUNTRY OF_ORIGIN", "Descripción", "ＣＡＳ号")]
    ['countryoforigin', 'descripcion', 'cas号']
    """
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    kept = "".join(c for c in decomposed if c.isalnum() and not unicodedata.combining(c))
    return unicodedata.normalize("NFKC", kept)


@dataclass(frozen=True, slots=True)
class Column:
    """One recognised column.

    Attributes:
        index: its place in the table, counted from 0.
        header: its header as it came.
        field: the shipment field it is read as.
        rank: 0 for the preferred spelling where a table has several columns for one field.
        group: for quantities and units, which number goes with which unit.
        unit: the unit that the header itself states, such as ``kg`` in ``NET_WEIGHT_KG``.
    """

    index: int
    header: str
    field: str
    rank: int = 0
    group: str = ""
    unit: str | None = None


@dataclass(frozen=True)
class ColumnMapping:
    """How the columns of a table are read.

    Attributes:
        header: every header as it came.
        columns: the recognised columns, in the order of the table.
    """

    header: tuple[str, ...]
    columns: tuple[Column, ...]

    def of(self, field: str) -> tuple[Column, ...]:
        """The columns of one field, the preferred one first."""
        return self._by_field.get(field, ())

    @cached_property
    def _by_field(self) -> dict[str, tuple[Column, ...]]:
        found: dict[str, list[Column]] = {}
        for column in sorted(self.columns, key=lambda c: (c.rank, c.index)):
            found.setdefault(column.field, []).append(column)
        return {field: tuple(columns) for field, columns in found.items()}

    @cached_property
    def fields(self) -> frozenset[str]:
        """The fields for which there is a column."""
        return frozenset(c.field for c in self.columns)

    @property
    def identifies(self) -> bool:
        """Whether any column can say what the goods are."""
        return bool(self.fields & IDENTIFYING)

    @property
    def unused(self) -> tuple[str, ...]:
        """Headers that were not recognised; their cells are carried, not read."""
        used = {c.index for c in self.columns}
        return tuple(h for i, h in enumerate(self.header) if i not in used)

    def as_dict(self) -> dict[str, list[str]]:
        """Headers by field, in the order of `FIELDS`."""
        return {f: [c.header for c in self.of(f)] for f in FIELDS if f in self.fields}

    def describe(self) -> list[str]:
        """One line a field, for people."""
        lines = []
        for field, headers in self.as_dict().items():
            glue = " + " if field in _JOINED else ", else "
            lines.append(f"{field}: {glue.join(repr(h) for h in headers)}")
        if self.unused:
            lines.append("not read: " + ", ".join(repr(h) for h in self.unused))
        return lines


@cache
def _lookup() -> Mapping[str, tuple[str, int, str]]:
    """Normalised spelling -> field, rank, group."""
    table: dict[str, tuple[str, int, str]] = {}
    for (field, group), ranks in SPELLINGS.items():
        for rank, spellings in enumerate(ranks):
            for spelling in spellings.split(";"):
                table.setdefault(normalise_header(spelling), (field, rank, group))
    table.pop("", None)
    return table


def recognise_header(header: str) -> tuple[str, int, str, str | None] | None:
    """What one header means: field, rank, group and stated unit; None when it is not known.

    >>> recognise_header("NET_WEIGHT_KG")
    ('quantity', 0, 'net', 'KG')
    >>> recognise_header("HS_CODE_DESCRIPTION") is None
    True
    """
    text = unicodedata.normalize("NFKC", header).strip()
    if len(text) > 200:
        return None
    unit = _HEADER_UNIT.search(text)
    candidates = [text, _BRACKETS.sub(" ", text), re.sub(r"[\s_.-]*\d{1,2}$", "", text)]
    if unit:
        candidates.append(text[: unit.start()])
    for candidate in candidates:
        found = _lookup().get(normalise_header(candidate))
        if found is not None:
            states_unit = unit is not None and found[0] in {"quantity", "gross_weight", "purity"}
            return (*found, unit.group(1) if unit and states_unit else None)
    # bilingual headers: every part that is known must mean the same
    parts = [_lookup().get(normalise_header(p)) for p in re.split(r"[/|\n()]", text)]
    known = [p for p in parts if p is not None]
    if known and len({(p[0], p[2]) for p in known}) == 1 and len(known) == len(parts):
        return (*known[0], None)
    return None


def parse_overrides(text: str) -> dict[str, list[str]]:
    """Reads ``--columns``: ``structure=SMILES,name=Text A,name="B, C"``.

    Args:
        text: pairs of field and header, separated by commas; a field may come more than once.

    Returns:
        Headers by field.

    Raises:
        ShipmentError: a pair has no ``=``, or its field is not known.

    >>> parse_overrides("structure=Mol,name=Text A,name=Text B")
    {'structure': ['Mol'], 'name': ['Text A', 'Text B']}
    """
    result: dict[str, list[str]] = {}
    for pair in re.split(r',(?=(?:[^"]*"[^"]*")*[^"]*$)', text):  # commas outside quotation marks
        field, equals, header = pair.partition("=")
        field = field.strip()
        if not equals or not header.strip(' "'):
            raise ShipmentError(f"--columns: {pair!r} is not written field=header")
        _require_field(field)
        result.setdefault(field, []).append(header.strip().strip('"'))
    return result


def _require_field(field: str) -> None:
    if field not in FIELDS:
        raise ShipmentError(f"there is no field {field!r}; fields are {', '.join(FIELDS)}")


def recognise(
    header: Sequence[str], overrides: Mapping[str, str | Sequence[str]] | None = None
) -> ColumnMapping:
    """Recognises the columns of a table.

    Args:
        header: the headers as they came.
        overrides: headers by field; they replace what would be recognised for that field.

    Returns:
        The mapping; it may be empty.

    Raises:
        ShipmentError: an override names a field or a header that there is not.

    >>> recognise(["Ref", "品名", "CAS No.", "Dest"]).as_dict()
    {'cas': ['CAS No.'], 'name': ['品名'], 'destination': ['Dest'], 'id': ['Ref']}
    """
    claimed: dict[int, Column] = {}
    overridden: set[str] = set()
    for field, wanted in (overrides or {}).items():
        _require_field(field)
        overridden.add(field)
        for rank, name in enumerate([wanted] if isinstance(wanted, str) else wanted):
            index = _find_header(header, name)
            known = recognise_header(header[index])
            unit = known[3] if known else None
            claimed[index] = Column(index, header[index], field, rank, "", unit)
    for index, name in enumerate(header):
        known = None if index in claimed else recognise_header(name)
        if known is not None and known[0] not in overridden:
            claimed[index] = Column(index, name, *known)
    return ColumnMapping(tuple(header), tuple(claimed[i] for i in sorted(claimed)))


def _find_header(header: Sequence[str], name: str) -> int:
    """The column of that name: exactly, else by its normalised spelling where that is unique."""
    if name in header:
        return list(header).index(name)
    wanted = normalise_header(name)
    found = [i for i, h in enumerate(header) if normalise_header(h) == wanted]
    if wanted and len(found) == 1:
        return found[0]
    problem = "several columns" if len(found) > 1 else "no column"
    raise ShipmentError(
        f"there is {problem} {name!r}; the table has {', '.join(map(repr, header))}"
    )


# --- cells -----------------------------------------------------------------------------------


def read_cell(text: str) -> str | None:
    """A cell as it is read: entities unescaped, edges trimmed, words for nothing as None.

    Only complete entities are unescaped, so that ``R&LTD`` stays what it is.

    >>> read_cell(" Sodium &amp; water&#39;s "), read_cell("N/A"), read_cell("R&LTD")
    ("Sodium & water's", None, 'R&LTD')
    """
    for _ in range(2):  # exports escape twice
        if "&" not in text or ";" not in text:
            break
        text = _ENTITY.sub(lambda match: html.unescape(match.group()), text)
    text = text.strip(" \t\r\n\v\f\u00a0\u3000\u200b\u200e\u200f\ufeff")
    return None if not text or text.casefold() in EMPTY_WORDS else text


@dataclass(frozen=True, slots=True)
class DayReading:
    """What a date cell says.

    Attributes:
        day: the day, None when it was not read.
        problem: why it was not read, one clause; None when it was.
    """

    day: dt.date | None
    problem: str | None = None


@lru_cache(maxsize=4096)
def read_day_cell(text: str) -> DayReading:
    """Reads a date cell; a date that could be two days is not read.

    Args:
        text: YYYY-MM-DD, YYYY/MM/DD, YYYYMMDD, DD.MM.YYYY, 12-Nov-2025, 2025年11月12日, with or
            without a time of day; or with slashes where only one order is possible.

    Returns:
        The day, or why it was not read.

    >>> read_day_cell("12-Nov-2025").day, read_day_cell("13/11/2025").day
    (datetime.date(2025, 11, 12), datetime.date(2025, 11, 13))
    >>> read_day_cell("03/04/2025").problem
    'it may be 2025-04-03 or 2025-03-04'
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = _TIME.sub("", plain[:60]).strip(" '\"")
    words = "".join(
        c for c in unicodedata.normalize("NFKD", plain.casefold()) if not unicodedata.combining(c)
    )
    words = re.sub(r"\b(?:de|del|the|of)\b", " ", words)
    if match := _YEAR_FIRST.fullmatch(plain):
        return _day(match[1], match[3], match[4])
    if match := _COMPACT.fullmatch(plain) or _CHINESE_DAY.fullmatch(plain):
        return _day(match[1], match[2], match[3])
    if match := _DOTTED.fullmatch(plain):
        return _day(match[3], match[2], match[1])
    if match := _YEAR_LAST.fullmatch(plain):
        first, second = int(match[1]), int(match[3])
        if first == second or second > 12:
            return _day(match[4], match[1], match[3])
        if first > 12:
            return _day(match[4], match[3], match[1])
        options = (_day(match[4], match[3], match[1]).day, _day(match[4], match[1], match[3]).day)
        return DayReading(None, f"it may be {options[0]} or {options[1]}")
    if match := _DAY_WORD.fullmatch(words):
        return _day(match[3], _MONTHS.get(match[2]), match[1])
    if match := _WORD_DAY.fullmatch(words):
        return _day(match[3], _MONTHS.get(match[1]), match[2])
    if match := _YEAR_WORD.fullmatch(words):
        return _day(match[1], _MONTHS.get(match[2]), match[3])
    if re.fullmatch(r"\d{5}(?:\.\d+)?", plain):
        return DayReading(None, "it is a spreadsheet's number for a day")
    return DayReading(None, "it is not written as a date that is known here")


def _day(year: str, month: str | int | None, day: str) -> DayReading:
    if month is None:
        return DayReading(None, "its month is not known")
    try:
        value = dt.date(int(year), int(month), int(day))
    except ValueError:
        return DayReading(None, "there is no such day")
    if value.year not in _YEARS:
        return DayReading(None, "its year cannot be right")
    return DayReading(value)


def split_places(text: str) -> tuple[str, ...]:
    """Splits a cell of transit places at ``; / , + |``, and at spaces only between codes.

    >>> split_places("SG; Hong Kong"), split_places("SG HK"), split_places("Korea, Republic of")
    (('SG', 'Hong Kong'), ('SG', 'HK'), ('Korea, Republic of',))
    """
    parts: list[str] = []
    for piece in _PLACE_BREAK.split(text.replace("->", ";")):
        # the comma and the stroke also stand inside the name of one place
        whole = place_code(piece) is not None
        for part in [piece] if whole else _PLACE_BREAK_WEAK.split(piece):
            place = _ROUTE_WORDS.sub("", part).strip(" \t\r-–—")
            if _CODES.fullmatch(place) and place_code(place) is None:
                parts += place.split()
            elif place and place.casefold() not in EMPTY_WORDS:
                parts.append(place)
    return tuple(dict.fromkeys(parts))


# --- rows ------------------------------------------------------------------------------------


def to_shipment(
    mapping: ColumnMapping,
    row: Sequence[str],
    *,
    day: dt.date,
    override_day: dt.date | None = None,
    origin: str | None = None,
    destination: str | None = None,
    transit: Sequence[str] = (),
) -> tuple[Shipment, tuple[Finding, ...]]:
    """Reads one row.

    Args:
        mapping: how the columns are read.
        row: the cells as they came; at least as many as the mapping has headers.
        day: the day for rows that state none that can be read.
        override_day: the day for every row, whatever it states.
        origin: the country of export for rows that state none; a cell that says anything is never
            replaced, also one that cannot be read.
        destination: the country of import for rows that state none.
        transit: the places of transit for rows that state none.

    Returns:
        The shipment, and what the officer must know about how it was read.
    """
    findings: list[Finding] = []
    texts: dict[str, str | None] = {}
    there = mapping.fields
    for field in ("cas", "name", "end_use", "transport"):
        if field in there:
            texts[field] = _joined(mapping, row, field, findings)
    for field in (
        *("formula", "molar_mass", "item", "un_number"),
        *("hs_code", "purity", "exporter", "exporter_address", "consignee", "consignee_address"),
        *("customer", "id", "origin", "destination", "broker"),
    ):
        if field in there:
            texts[field] = _first(mapping, row, field, findings)
    for field, place in (("origin", origin), ("destination", destination)):
        if place is not None and _states_no_place(mapping, row, field):
            texts[field] = place
            findings.append(_place_filled(field, place))
    passed = _transit(mapping, row, findings)
    if transit and _states_no_place(mapping, row, "transit"):
        passed = tuple(transit)
        findings.append(_place_filled("transit", ", ".join(passed)))
    structure = _first(mapping, row, "structure", findings)
    inchi = _first(mapping, row, "inchi", findings)
    if structure is not None and structure.startswith("InChI="):
        if inchi is not None and inchi != structure:
            findings.append(_two_say(mapping, "structure", "inchi"))
        structure, inchi = None, structure
    shipment = Shipment(
        structure=structure,
        inchi=inchi,
        quantity=_quantity(mapping, row, findings),
        net_weight=_weight(mapping, row, "quantity", "net", findings),
        gross_weight=_weight(mapping, row, "gross_weight", "", findings),
        transit=passed,
        day=_shipping_day(mapping, row, day, override_day, findings),
        ordered=_order_day(mapping, row, findings),
        **texts,
    )
    return shipment, tuple(dict.fromkeys(findings))


def _read(
    column: Column, row: Sequence[str], findings: list[Finding], limit: int | None = MAX_TEXT
) -> str | None:
    """One cell; a text over the limit is read to the limit and said."""
    cell = row[column.index] if column.index < len(row) else ""
    if column.field == "structure" and "\n" in cell and "M  END" in cell:
        return cell  # the first line of a MOL block is its title and may be empty
    text = read_cell(cell)
    if text is None or limit is None or len(text) <= limit:
        return text
    findings.append(
        Finding(
            code=FindingCode.LIMIT_PASSED,
            severity=Severity.ASK,
            message=f"{column.header!r} holds {len(text):,} characters; "
            f"the first {limit:,} were read.",
        )
    )
    return text[:limit]


def _filled(
    mapping: ColumnMapping, row: Sequence[str], field: str, findings: list[Finding]
) -> list[tuple[Column, str]]:
    """The filled cells of a field, the preferred column first."""
    limit = None if field in {"structure", "inchi"} else MAX_TEXT
    filled = []
    for column in mapping.of(field):
        text = _read(column, row, findings, limit)
        if text is not None:
            filled.append((column, text))
    return filled


def _joined(
    mapping: ColumnMapping, row: Sequence[str], field: str, findings: list[Finding]
) -> str | None:
    """Cells of a field in the order of the table; a text that is repeated counts once."""
    cells = sorted(_filled(mapping, row, field, findings), key=lambda cell: cell[0].index)
    texts = list(dict.fromkeys(text for _, text in cells))
    if field == "name" and len(texts) > 1:  # an item column may hold the number of the line
        texts = [text for text in texts if not re.fullmatch(r"\d{1,4}\.?", text)] or texts
    return " ".join(texts) or None


def _first(
    mapping: ColumnMapping, row: Sequence[str], field: str, findings: list[Finding]
) -> str | None:
    """The preferred filled cell; another one that says something else is named in a finding."""
    cells = _filled(mapping, row, field, findings)
    if not cells:
        if field in _PLACES:
            _namibia(mapping, row, field, findings)
        return None
    (column, text), rest = cells[0], cells[1:]
    for other, said in rest:
        if said.casefold() == text.casefold() or field == "id":
            continue
        if field in _PLACES:
            # the law asked is that of export and final destination, not of manufacture
            same_kind = other.rank == column.rank
            findings.append(
                Finding(
                    code=FindingCode.PLACE_NOT_READ,
                    severity=Severity.ASK if same_kind else Severity.NOTE,
                    message=f"{field.capitalize()}: {column.header!r} was read ({_short(text)}), "
                    f"{other.header!r} was not ({_short(said)}).",
                )
            )
        elif other.rank == column.rank:
            findings.append(_two_say(mapping, field, field))
    return text


def _two_say(mapping: ColumnMapping, field: str, other: str) -> Finding:
    headers = [c.header for f in dict.fromkeys((field, other)) for c in mapping.of(f)]
    named = " and ".join(repr(h) for h in headers)
    return Finding(
        code=FindingCode.ROW_MALFORMED,
        severity=Severity.ASK,
        message=f"The columns {named} say different things; only one of them was screened.",
    )


_PLACE_NAMES = {
    "origin": "country of export",
    "destination": "country of import",
    "transit": "place of transit",
}


def _states_no_place(mapping: ColumnMapping, row: Sequence[str], field: str) -> bool:
    """No cell of the field says anything; NA may be the code of a country."""
    cells = [row[c.index] for c in mapping.of(field) if c.index < len(row)]
    return all(read_cell(cell) is None and cell.strip() != _NAMIBIA for cell in cells)


def _place_filled(field: str, place: str) -> Finding:
    return Finding(
        code=FindingCode.PLACE_FILLED,
        severity=Severity.NOTE,
        message=f"The row states no {_PLACE_NAMES[field]}; it was screened with {_short(place)}.",
    )


def _namibia(
    mapping: ColumnMapping, row: Sequence[str], field: str, findings: list[Finding]
) -> None:
    """NA is both "not available" and an ISO code; the worse case is a missing place."""
    for column in mapping.of(field):
        cell = row[column.index] if column.index < len(row) else ""
        if cell.strip() == _NAMIBIA:
            findings.append(
                Finding(
                    code=FindingCode.PLACE_NOT_READ,
                    severity=Severity.ASK,
                    message=f"{column.header!r} says NA, which is also the code of a country; "
                    "it was taken as not stated.",
                )
            )


def _quantity(mapping: ColumnMapping, row: Sequence[str], findings: list[Finding]) -> str | None:
    """The amount with its unit: the first column that says a mass or volume.

    Without one, the first that has a unit at all, else the first that is filled.
    """
    amounts = _weighed(mapping, row, "quantity", findings)
    readable = (text for _, text, _ in amounts if read_amount(text).known)
    known = (text for _, text, has_unit in amounts if has_unit)
    return next(readable, next(known, amounts[0][1] if amounts else None))


def _weight(
    mapping: ColumnMapping, row: Sequence[str], field: str, group: str, findings: list[Finding]
) -> str | None:
    """The first filled column of one kind of weight, with its unit."""
    if not mapping.of(field):
        return None
    amounts = _weighed(mapping, row, field, findings)
    return next((text for column, text, _ in amounts if column.group == group), None)


def _weighed(
    mapping: ColumnMapping, row: Sequence[str], field: str, findings: list[Finding]
) -> list[tuple[Column, str, bool]]:
    """Filled columns of amounts with their units, and whether a unit is there."""
    filled = _filled(mapping, row, "unit", findings)
    units = {column.group: text for column, text in reversed(filled)}
    quantities = mapping.of("quantity")
    if filled and len(quantities) == len(mapping.of("unit")) == 1:
        units[quantities[0].group] = filled[0][1]  # the only unit is that of the only number
    if field == "gross_weight":
        units = {"": units["net"]} if "net" in units else {}  # a unit of weights is that of both
    amounts: list[tuple[Column, str, bool]] = []
    for column, text in _filled(mapping, row, field, findings):
        unit = column.unit or units.get(column.group)
        has_letters = any(c.isalpha() for c in text)
        if unit and not _ends_with(text, unit):
            # a header's unit is for bare numbers; a unit column may add the packing to a cell
            whole = text if has_letters and column.unit else f"{text} {unit}"
        else:
            whole = text
        amounts.append((column, whole, has_letters or bool(unit)))
    return amounts


def _ends_with(text: str, unit: str) -> bool:
    return normalise_header(text).endswith(normalise_header(unit)) and any(map(str.isalpha, text))


def _transit(
    mapping: ColumnMapping, row: Sequence[str], findings: list[Finding]
) -> tuple[str, ...]:
    """Every place of every transit column."""
    cells = _filled(mapping, row, "transit", findings)
    if not cells:
        _namibia(mapping, row, "transit", findings)
    return tuple(dict.fromkeys(p for _, text in cells for p in split_places(text)))


def _shipping_day(
    mapping: ColumnMapping,
    row: Sequence[str],
    fill: dt.date,
    override: dt.date | None,
    findings: list[Finding],
) -> dt.date:
    """The day of the row, with a finding wherever it is not the row's own."""
    if override is not None:
        return override
    cells = _filled(mapping, row, "day", findings)
    cells = [(c, text) for c, text in cells if set(text) - set("0-/.: ")]
    if not cells:
        findings.append(
            Finding(
                code=FindingCode.DAY_FILLED,
                severity=Severity.NOTE,
                message=f"The row states no shipping day; it was screened as of {fill}.",
            )
        )
        return fill
    column, text = cells[0]
    reading = read_day_cell(text)
    if reading.day is not None:
        _other_days(reading.day, cells, findings)
        return reading.day
    findings.append(
        Finding(
            code=FindingCode.DAY_NOT_READ,
            severity=Severity.ASK,
            message=f"{column.header!r} {_short(text)} was not read: {reading.problem}; "
            f"the row was screened as of {fill}. Write it as YYYY-MM-DD.",
        )
    )
    return fill


def _order_day(
    mapping: ColumnMapping, row: Sequence[str], findings: list[Finding]
) -> dt.date | None:
    """The day of the order; one that is not read is said and left out."""
    cells = _filled(mapping, row, "ordered", findings)
    cells = [(c, text) for c, text in cells if set(text) - set("0-/.: ")]
    if not cells:
        return None
    column, text = cells[0]
    reading = read_day_cell(text)
    if reading.day is None:
        findings.append(
            Finding(
                code=FindingCode.ORDER_DAY_NOT_READ,
                severity=Severity.NOTE,
                message=f"{column.header!r} {_short(text)} was not read: {reading.problem}; "
                "whether the law changed after the order was not asked.",
            )
        )
    return reading.day


def _other_days(day: dt.date, cells: Sequence[tuple[Column, str]], findings: list[Finding]) -> None:
    """Another shipping day in the row is asked about: the law may differ between the two."""
    first = cells[0][0]
    for column, text in cells[1:]:
        if column.rank == first.rank and read_day_cell(text).day != day:
            findings.append(
                Finding(
                    code=FindingCode.DAY_NOT_READ,
                    severity=Severity.ASK,
                    message=f"{first.header!r} was read ({day}), {column.header!r} says "
                    f"{_short(text)}; the law was asked as of {day} only.",
                )
            )


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:39] + "…")


def count_recognised(cells: Iterable[str]) -> tuple[int, bool]:
    """How many different fields a row of cells would name as a header, and whether one identifies.

    >>> count_recognised(["Ref", "SMILES", "Dest"]), count_recognised(["A-001", "CCO", "US"])
    ((3, True), (0, False))
    """
    found = {known[0] for cell in cells if (known := recognise_header(cell)) is not None}
    return len(found), bool(found & IDENTIFYING)
